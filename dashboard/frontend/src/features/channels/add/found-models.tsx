import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api";
import { useFormat } from "@/lib/format";

type Model = Schemas["FoundModelOut"];

/** What an engine has: how large, how much fits in, what is loaded. Those in the engine's own cloud are marked. */
export function FoundModels({ models }: { models: Model[] }) {
  const { t } = useTranslation("channels");
  if (!models.length) return null;
  return (
    <details className="mt-1">
      <summary className="cursor-pointer text-xs">{t("found.models", { count: models.length })}</summary>
      <ul className="mt-1 max-h-40 overflow-y-auto">
        {models.map((model) => (
          <FoundModel key={model.name} model={model} />
        ))}
      </ul>
    </details>
  );
}

function FoundModel({ model }: { model: Model }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const context = model.context_loaded ?? model.context_max;
  const told = [
    model.size !== null && format.bytes(model.size),
    context !== null && t("models.can.context", { tokens: format.count(context, true) }),
    model.quantisation,
    model.loaded && t("found.loaded"),
    !model.local && t("found.cloud"),
  ].filter(Boolean);
  return (
    <li className="flex items-baseline gap-2 py-0.5 text-xs">
      <span className="min-w-0 truncate" title={model.name}>
        {model.name}
      </span>
      <span className="shrink-0 text-muted-foreground tabular-nums">{told.join(" · ")}</span>
    </li>
  );
}
