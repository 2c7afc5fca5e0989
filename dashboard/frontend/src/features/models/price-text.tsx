import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api";
import { useFormat } from "@/lib/format";

/** In and out, per million tokens. */
export function PriceText({ price }: { price: Schemas["ModelPrice"] }) {
  const { t } = useTranslation("models");
  const format = useFormat();
  if (price.source === null || price.input === null || price.output === null)
    return <span className="text-warn">{t("price.none")}</span>;
  if (price.input === 0 && price.output === 0) return t("price.free");
  return (
    <span title={t("price.per")}>
      {t("price.both", { input: format.money(price.input), output: format.money(price.output) })}
    </span>
  );
}
