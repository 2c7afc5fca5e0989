import { useTranslation } from "react-i18next";
import { Page } from "@/components/page";

export function ConnectPage() {
  const { t } = useTranslation("connect");
  return <Page title={t("title")}>{null}</Page>;
}
