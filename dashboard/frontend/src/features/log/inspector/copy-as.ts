/** A call as code on the clipboard. */
import i18next from "i18next";
import { toast } from "sonner";
import { client } from "@/api";
import { messageOf } from "@/api/errors";
import { copyText } from "@/lib/clipboard";

export type CodeLanguage = "curl" | "python" | "javascript";
export type CodeTarget = "novapi" | "provider";

export async function copyAs(id: string, language: CodeLanguage, to: CodeTarget): Promise<void> {
  const params = { path: { request_id: id }, query: { language, to } };
  try {
    const { data, error } = await client.GET("/api/usage/records/{request_id}/code", { params });
    if (!data) throw error;
    await copyText(data.code);
    toast.success(i18next.t("log:copy.done"), {
      description: data.masked ? i18next.t("log:masked") : i18next.t("log:copy.key"),
    });
  } catch (trouble) {
    toast.error(messageOf(trouble));
  }
}
