/** The dashboard's two languages. Only the one that is shown is loaded. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { readStored, store } from "@/lib/stored";

export type Language = "en" | "zh";

const KEY = "novapi.language";
const TAGS: Record<Language, string> = { en: "en", zh: "zh-CN" };
const loaders = { en: () => import("./en"), zh: () => import("./zh") };

/** What the owner chose, else what the system speaks. */
export function preferredLanguage(): Language {
  const stored = readStored(KEY);
  if (stored === "en" || stored === "zh") return stored;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export async function startLanguage(): Promise<void> {
  const language = preferredLanguage();
  const { texts } = await loaders[language]();
  await i18next.use(initReactI18next).init({
    lng: TAGS[language],
    resources: { [TAGS[language]]: texts },
    defaultNS: "common",
    fallbackLng: false,
    interpolation: { escapeValue: false }, // React shows text as text
  });
  document.documentElement.lang = TAGS[language];
}

export async function setLanguage(language: Language): Promise<void> {
  const { texts } = await loaders[language]();
  for (const [namespace, entries] of Object.entries(texts))
    i18next.addResourceBundle(TAGS[language], namespace, entries);
  await i18next.changeLanguage(TAGS[language]);
  document.documentElement.lang = TAGS[language];
  store(KEY, language);
}
