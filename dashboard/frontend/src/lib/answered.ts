/** `fetch` of this program's own server, where nobody's answer is one as well. */
import i18next from "i18next";

/**
 * As `fetch`; a connection that is refused, or lost before the answer begins, is 503 with `detail`, as the server
 * refuses: to the browser it is a TypeError, whose words for it help nobody. Hanging up rejects as ever.
 */
export async function answered(asked: RequestInfo | URL, options?: RequestInit): Promise<Response> {
  try {
    return await fetch(asked, options);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return Response.json({ detail: i18next.t("server.silent") }, { status: 503 });
  }
}
