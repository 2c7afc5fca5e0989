import {
  CircleAlertIcon,
  CircleCheckIcon,
  CircleDashedIcon,
  CircleOffIcon,
  LoaderCircleIcon,
  TriangleAlertIcon,
} from "lucide-react";
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";

export type Tone = "ok" | "warn" | "bad" | "busy" | "off" | "idle";

const LOOKS = {
  ok: { icon: CircleCheckIcon, variant: "ok" },
  warn: { icon: TriangleAlertIcon, variant: "warn" },
  bad: { icon: CircleAlertIcon, variant: "bad" },
  busy: { icon: LoaderCircleIcon, variant: "default" },
  off: { icon: CircleOffIcon, variant: "outline" },
  idle: { icon: CircleDashedIcon, variant: "outline" },
} as const;

/** A state in a word, with an icon: never by colour alone. */
export function StatusChip({ tone, children, title }: { tone: Tone; children: ReactNode; title?: string }) {
  const { icon: Icon, variant } = LOOKS[tone];
  return (
    <Badge variant={variant} title={title}>
      <Icon aria-hidden className={tone === "busy" ? "animate-spin" : undefined} />
      {children}
    </Badge>
  );
}
