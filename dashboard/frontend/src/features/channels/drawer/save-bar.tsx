import { LoaderCircleIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";

interface Props {
  isDirty: boolean;
  isPending: boolean;
  /** What the server refused that is about none of the fields. */
  trouble: string;
  discard: () => void;
}

/** Stays in sight while something is not saved. */
export function SaveBar({ isDirty, isPending, trouble, discard }: Props) {
  const { t } = useTranslation("channels");
  return (
    <>
      {trouble && <Alert variant="bad">{trouble}</Alert>}
      {isDirty && (
        <div className="sticky -bottom-6 -mx-6 flex justify-end gap-2 border-t bg-background px-6 py-3">
          <Button variant="outline" onClick={discard} disabled={isPending}>
            {t("discard")}
          </Button>
          <Button type="submit" disabled={isPending}>
            {isPending && <LoaderCircleIcon className="animate-spin" />}
            {t("save")}
          </Button>
        </div>
      )}
    </>
  );
}
