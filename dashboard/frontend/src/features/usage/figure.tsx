import type { ReactNode } from "react";
import { Card, CardTitle } from "@/components/ui/card";

interface Props {
  title: string;
  value: string;
  hint: string;
  children?: ReactNode;
}

/** One number, and what it means. */
export function Figure({ title, value, hint, children }: Props) {
  return (
    <Card className="gap-2">
      <CardTitle className="font-medium text-muted-foreground">{title}</CardTitle>
      <p className="truncate font-semibold text-2xl tabular-nums leading-tight" title={value}>
        {value}
      </p>
      <p className="text-muted-foreground text-xs">{hint}</p>
      {children}
    </Card>
  );
}
