import { BookmarkIcon, Trash2Icon } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { type Filters, withoutFilters } from "../filters";
import type { Change } from "./bar";
import { save, savedFilters, unsave } from "./saved-filters";

/** Filters kept under a name, to be had again with one click. */
export function Saved({ filters, onChange }: { filters: Filters; onChange: Change }) {
  const { t } = useTranslation("log");
  const [saved, setSaved] = useState(savedFilters);
  const [isOpen, setOpen] = useState(false);
  const names = Object.keys(saved);
  const isFiltered = Object.keys(filters).length > 0;
  const choose = (name: string) => {
    setOpen(false);
    onChange({ ...withoutFilters({}), ...saved[name] });
  };
  const add = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name") ?? "").trim();
    if (!name) return;
    setSaved(save(name, filters));
    setOpen(false);
  };
  if (!names.length && !isFiltered) return null;
  return (
    <Popover open={isOpen} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button size="sm" variant="outline" className="border-dashed text-muted-foreground">
          <BookmarkIcon className="size-3.5!" /> {t("filter.saved")}
        </Button>
      </PopoverTrigger>
      <PopoverContent className="flex flex-col gap-2 p-2">
        {names.map((name) => (
          <div key={name} className="flex items-center">
            <Button
              variant="ghost"
              className="min-w-0 flex-1 justify-start font-normal"
              onClick={() => choose(name)}
            >
              <bdi className="truncate">{name}</bdi>
            </Button>
            <Button
              size="icon-sm"
              variant="ghost"
              onClick={() => setSaved(unsave(name))}
              aria-label={t("filter.unsave", { name })}
            >
              <Trash2Icon />
            </Button>
          </div>
        ))}
        {isFiltered && (
          <form onSubmit={add} className="flex gap-2">
            <Input
              name="name"
              maxLength={60}
              required
              placeholder={t("filter.saveAs")}
              aria-label={t("filter.saveAs")}
            />
            <Button type="submit">{t("filter.save")}</Button>
          </form>
        )}
      </PopoverContent>
    </Popover>
  );
}
