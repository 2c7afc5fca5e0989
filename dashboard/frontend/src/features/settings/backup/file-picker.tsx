import { FileUpIcon, LoaderCircleIcon } from "lucide-react";
import { useRef } from "react";
import { Button } from "@/components/ui/button";

interface Props {
  label: string;
  file?: File;
  isBusy?: boolean;
  onPick: (file: File) => void;
}

/** A button that asks for a file, and the name of the one that was chosen. */
export function FilePicker({ label, file, isBusy, onPick }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="flex min-w-0 items-center gap-3">
      <input
        ref={input}
        type="file"
        hidden
        aria-label={label}
        onChange={(event) => {
          const [picked] = event.target.files ?? [];
          if (picked) onPick(picked);
          event.target.value = ""; // the same file may be picked again
        }}
      />
      <Button variant="outline" disabled={isBusy} onClick={() => input.current?.click()}>
        {isBusy ? <LoaderCircleIcon className="animate-spin" /> : <FileUpIcon />}
        {label}
      </Button>
      {file && (
        <span className="min-w-0 truncate text-muted-foreground" title={file.name}>
          {file.name}
        </span>
      )}
    </div>
  );
}
