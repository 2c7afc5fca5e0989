import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { useFormat } from "@/lib/format";
import { asDataUrl, MOST_BYTES, MOST_PICTURES, sorted } from "./pictures";
import { changeSession, currentSession } from "./session";

/** Puts pictures to the prompt, and says which it can't take and why. */
export function useAddPictures() {
  const { t } = useTranslation("playground");
  const format = useFormat();
  return async (files: readonly File[]) => {
    const { good, bad } = sorted(files, currentSession().pictures.length);
    for (const [file, problem] of bad)
      toast.error(
        t(`pictures.${problem}`, { name: file.name, limit: format.bytes(MOST_BYTES), count: MOST_PICTURES }),
      );
    for (const file of good)
      try {
        const url = await asDataUrl(file);
        changeSession({ pictures: [...currentSession().pictures, url] });
      } catch {
        toast.error(t("pictures.unreadable", { name: file.name }));
      }
  };
}
