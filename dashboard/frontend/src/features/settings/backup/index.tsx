import { CopiesCard } from "./copies-card";
import { ImportCard } from "./import-card";
import { MakeCard } from "./make-card";
import { RestoreCard } from "./restore-card";

export function BackupTab() {
  return (
    <div className="flex max-w-4xl flex-col gap-4">
      <MakeCard />
      <RestoreCard />
      <ImportCard />
      <CopiesCard />
    </div>
  );
}
