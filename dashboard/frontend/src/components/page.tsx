import type { ReactNode } from "react";

/** A page: its name, what can be done on it, and its content. */
export function Page({
  title,
  hint,
  actions,
  children,
}: {
  title: string;
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="mx-auto flex w-full max-w-[100rem] flex-col gap-4 p-5">
      <header className="flex min-h-8 flex-wrap items-center justify-between gap-3">
        <div>
          <h1 className="font-semibold text-xl leading-tight">{title}</h1>
          {hint && <p className="mt-0.5 text-muted-foreground text-sm">{hint}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
