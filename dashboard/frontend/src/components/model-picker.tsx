import { CheckIcon, ChevronDownIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useModels } from "@/api/queries";
import { Button } from "@/components/ui/button";
import {
  Command,
  CommandEmpty,
  CommandGroup,
  CommandInput,
  CommandItem,
  CommandList,
} from "@/components/ui/command";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { cn } from "@/lib/cn";

interface Props {
  value: string;
  onChange: (model: string) => void;
  /** The control's name for screen readers. */
  label: string;
  id?: string;
  className?: string;
}

/** One searchable list of all models: aliases first, then by name, with who serves them. */
export function ModelPicker({ value, onChange, label, id, className }: Props) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const { data: models = [] } = useModels();
  const [aliases, plain] = [
    models.filter((model) => model.alias_of.length),
    models.filter((model) => !model.alias_of.length),
  ];
  const choose = (name: string) => {
    onChange(name);
    setOpen(false);
  };
  return (
    <Popover open={isOpen} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button
          id={id}
          variant="outline"
          role="combobox"
          aria-expanded={isOpen}
          aria-label={label}
          className={cn("w-56 justify-between font-normal", className)}
        >
          <span className={cn("truncate", !value && "text-muted-foreground")}>
            {value || t("models.choose")}
          </span>
          <ChevronDownIcon className="text-muted-foreground" />
        </Button>
      </PopoverTrigger>
      <PopoverContent className="w-80 p-0">
        <Command>
          <CommandInput placeholder={t("models.search")} aria-label={t("models.search")} />
          <CommandList>
            <CommandEmpty>{t("models.none")}</CommandEmpty>
            {[
              { heading: t("models.aliases"), list: aliases },
              { heading: t("models.all"), list: plain },
            ].map(({ heading, list }) =>
              list.length ? (
                <CommandGroup key={heading} heading={heading}>
                  {list.map((model) => (
                    <CommandItem key={model.name} value={model.name} onSelect={() => choose(model.name)}>
                      <span className="truncate">{model.name}</span>
                      <span className="ml-auto truncate text-muted-foreground text-xs">
                        {model.alias_of.join(", ") || model.channels.join(", ")}
                      </span>
                      {model.name === value && <CheckIcon />}
                    </CommandItem>
                  ))}
                </CommandGroup>
              ) : null,
            )}
          </CommandList>
        </Command>
      </PopoverContent>
    </Popover>
  );
}
