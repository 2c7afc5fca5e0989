import { useTranslation } from "react-i18next";
import { Page } from "@/components/page";

export function ChannelsPage() {
  const { t } = useTranslation("channels");
  return <Page title={t("title")}>{null}</Page>;
}
