import { useTranslation } from "react-i18next";
import type { Client } from "./clients";

/** A client's name, and in a few words how it is connected. */
export function useClientTexts() {
  const { t } = useTranslation("connect");
  return ({ id, name, isImpossible, steps }: Client) => ({
    name: name || t(id === "other" ? "names.other" : "names.ollama"),
    hint: isImpossible
      ? t("how.impossible")
      : steps.some(({ link }) => link)
        ? t("how.link")
        : (steps.find(({ file }) => file)?.file ?? t(steps[0]?.code ? "how.copy" : "how.settings")),
  });
}
