import { CheckIcon, PlusIcon, XIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
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
import { useLogFormat } from "../use-log-format";
import { visible } from "../visible";

export interface Option {
  value: string;
  label: string;
  /** Requests of the last 30 days. */
  count?: number;
}

interface Props {
  /** What is filtered by: "App". */
  name: string;
  value?: string;
  /** The value in words, where the options are not loaded. */
  shown?: string;
  options: Option[];
  onChange: (value: string | undefined) => void;
  /** Ask for the options: they are needed now. */
  onOpen?: () => void;
}

/** A filter with a list of values: a chip that opens it, and that takes it away again. */
export function Facet({ name, value, shown, options, onChange, onOpen }: Props) {
  const { t } = useTranslation("log");
  const format = useLogFormat();
  const [isOpen, setOpen] = useState(false);
  const isSet = value !== undefined;
  const text = visible(shown ?? options.find((option) => option.value === value)?.label ?? value ?? "");
  const choose = (next: string) => {
    setOpen(false);
    onChange(next === value ? undefined : next);
  };
  const toggle = (open: boolean) => {
    setOpen(open);
    if (open) onOpen?.();
  };
  return (
    <span className={cn("inline-flex", isSet && "rounded-md bg-secondary")}>
      <Popover open={isOpen} onOpenChange={toggle}>
        <PopoverTrigger asChild>
          <Button
            size="sm"
            variant={isSet ? "secondary" : "outline"}
            className={cn(!isSet && "border-dashed text-muted-foreground")}
          >
            {!isSet && <PlusIcon className="size-3!" />}
            {name}
            {isSet && (
              <bdi className="max-w-40 truncate font-semibold" title={text}>
                {text}
              </bdi>
            )}
          </Button>
        </PopoverTrigger>
        <PopoverContent className="w-64 p-0">
          <Command>
            {options.length > 8 && <CommandInput placeholder={name} aria-label={name} />}
            <CommandList>
              <CommandEmpty>{t("filter.noValue")}</CommandEmpty>
              <CommandGroup>
                {options.map((option) => (
                  <CommandItem key={option.value} value={option.value} onSelect={() => choose(option.value)}>
                    <bdi className="truncate" title={visible(option.label)}>
                      {visible(option.label)}
                    </bdi>
                    {option.value === value && <CheckIcon />}
                    {option.count !== undefined && (
                      <span className="ml-auto text-muted-foreground text-xs tabular-nums">
                        {format.count(option.count, true)}
                      </span>
                    )}
                  </CommandItem>
                ))}
              </CommandGroup>
            </CommandList>
          </Command>
        </PopoverContent>
      </Popover>
      {isSet && <Remove name={name} onRemove={() => onChange(undefined)} />}
    </span>
  );
}

export function Remove({ name, onRemove }: { name: string; onRemove: () => void }) {
  const { t } = useTranslation("log");
  return (
    <Button
      size="sm"
      variant="ghost"
      className="px-1"
      onClick={onRemove}
      aria-label={t("filter.remove", { name })}
    >
      <XIcon className="size-3.5!" />
    </Button>
  );
}
