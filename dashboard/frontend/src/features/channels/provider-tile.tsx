import { cn } from "@/lib/cn";

/** A provider's letter: their logos are theirs, and would be a hundred pictures. */
export function ProviderTile({ name, className }: { name: string; className?: string }) {
  const letter = [...name.trim()].find((sign) => /[\p{L}\p{N}]/u.test(sign)) ?? "?";
  return (
    <span
      aria-hidden
      className={cn(
        "flex size-8 shrink-0 items-center justify-center rounded-md border bg-muted font-semibold text-sm uppercase",
        className,
      )}
    >
      {letter}
    </span>
  );
}
