import { useTranslation } from "react-i18next";
import { Page } from "@/components/page";

export function PlaygroundPage() {
  const { t } = useTranslation("playground");
  return <Page title={t("title")}>{null}</Page>;
}
