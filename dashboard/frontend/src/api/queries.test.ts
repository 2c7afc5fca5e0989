import { notifyManager, QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { refresh } from "./queries";

/** A page that shows `/api/channels`, whose answers come when the test says so, with what was true when asked. */
function shown() {
  const queries = new QueryClient();
  const asked: ((answer: string) => void)[] = [];
  const observer = new QueryObserver<string>(queries, {
    queryKey: ["get", "/api/channels"],
    queryFn: ({ signal }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        asked.push(resolve);
      }),
    retry: false,
  });
  const seen: string[] = [];
  observer.subscribe(notifyManager.batchCalls(() => seen.push(drawn(observer)))); // as useQuery does
  return { queries, asked, observer, seen };
}

/** What React would draw now. */
function drawn(observer: QueryObserver<string>): string {
  const { data, isLoading, isError } = observer.getCurrentResult();
  return isError ? "error" : isLoading ? "loading" : (data ?? "nothing");
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test("a first answer under way is older than what happened: it is asked for anew", async () => {
  const { queries, asked, observer, seen } = shown();

  refresh(queries, "/api/channels");
  await settled();
  expect(asked.length).toBe(2);
  asked[0]?.("before");
  asked[1]?.("after");
  await settled();

  expect(drawn(observer)).toBe("after");
  expect(new Set(seen)).toEqual(new Set(["loading", "after"]));
});

test("what is there stays until the new answer has come", async () => {
  const { queries, asked, observer } = shown();
  asked[0]?.("before");
  await settled();

  refresh(queries, "/api/channels");
  await settled();
  expect(drawn(observer)).toBe("before");
  asked[1]?.("after");
  await settled();

  expect(drawn(observer)).toBe("after");
});
