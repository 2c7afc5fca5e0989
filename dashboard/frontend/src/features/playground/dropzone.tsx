import { ImagePlusIcon } from "lucide-react";
import { type DragEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { useAddPictures } from "./use-pictures";

/** Pictures that are dropped anywhere in here go with the prompt. */
export function Dropzone({ className, children }: { className?: string; children: ReactNode }) {
  const { t } = useTranslation("playground");
  const [isOver, setOver] = useState(false);
  const addPictures = useAddPictures();
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a second way beside the button and pasting
    <div
      className={cn("relative", className)}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(false);
        void addPictures([...event.dataTransfer.files]);
      }}
    >
      {children}
      {isOver && (
        <div className="pointer-events-none absolute inset-0 z-10 flex items-center justify-center gap-2 rounded-lg border-2 border-primary border-dashed bg-background/95 font-medium">
          <ImagePlusIcon className="size-5" aria-hidden /> {t("pictures.drop")}
        </div>
      )}
    </div>
  );
}
