import { CodeIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { copyAs } from "./copy-as";

const LANGUAGES = [
  { language: "curl", name: "curl" },
  { language: "python", name: "Python" },
  { language: "javascript", name: "JavaScript" },
] as const;

/** The call as code: to Novapi, or straight to its provider. */
export function CopyMenu({ id }: { id: string }) {
  const { t } = useTranslation("log");
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button size="sm" variant="outline">
          <CodeIcon /> {t("copy.menu")}
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        {(["novapi", "provider"] as const).map((to) => (
          <div key={to}>
            <DropdownMenuLabel>{t(`copy.${to}`)}</DropdownMenuLabel>
            {LANGUAGES.map(({ language, name }) => (
              <DropdownMenuItem key={language} onSelect={() => void copyAs(id, language, to)}>
                {name}
              </DropdownMenuItem>
            ))}
          </div>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
