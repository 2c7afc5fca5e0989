import type { ReactNode } from "react";
import { usePreferences } from "@/api/queries";
import { Trouble } from "@/components/trouble";
import { Skeleton } from "@/components/ui/skeleton";
import type { Section } from "./fields";
import { SectionForm } from "./section-form";

/** A tab that is made of sections of preferences; `children` stand above them. */
export function PreferencesTab({
  sections,
  children,
}: {
  sections: readonly Section[];
  children?: ReactNode;
}) {
  const { data, error, refetch } = usePreferences();
  if (error) return <Trouble error={error} retry={refetch} />;
  return (
    <div className="flex max-w-4xl flex-col gap-4">
      {children}
      {sections.map((section) =>
        data ? (
          <SectionForm key={section.id} section={section} preferences={data} />
        ) : (
          <Skeleton key={section.id} className="h-48" />
        ),
      )}
    </div>
  );
}
