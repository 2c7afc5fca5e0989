import { useMutation } from "@tanstack/react-query";
import { agreed } from "@/lib/agreed";

const BUILT_IN = "novapi/echo"; // answers without any channel

/** A first call through the gateway itself, as an app would send it; it appears in the log like any other. */
export function useTestRequest() {
  return useMutation({
    mutationFn: async (key: string) => {
      const messages = [{ role: "user", content: "Hello, Novapi!" }];
      const headers = { authorization: `Bearer ${key}`, "x-novapi-app": "test request" };
      const response = await agreed("/v1/chat/completions", {
        body: { model: BUILT_IN, messages },
        headers,
      });
      await response.text();
    },
  });
}
