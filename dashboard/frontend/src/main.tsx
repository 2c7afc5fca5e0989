import { MutationCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRouter, RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { toast } from "sonner";
import { messageOf } from "@/api/errors";
import { Crash, NotFound } from "@/components/shell/crash";
import { startLanguage } from "@/i18n";
import { takeLinks } from "@/lib/desktop/links";
import { follow } from "@/live/stream";
import { routeTree } from "./routeTree.gen";
import "./styles.css";

const PAGES_MS = 2000; // the first page has all that it needs by then

const queries = new QueryClient({
  defaultOptions: {
    // The events say when something has changed; a query that fails says so at once.
    queries: { staleTime: 30_000, retry: false },
  },
  // Forms show what is wrong beside their fields and say so by `meta: { isShown: true }`.
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => {
      if (!mutation.meta?.isShown) toast.error(messageOf(error));
    },
  }),
});

const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  defaultErrorComponent: Crash,
  defaultNotFoundComponent: NotFound,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

/** Should Novapi stop, its other pages can still be opened, and say so; the browser would show a page of its own. */
function loadPages(): void {
  for (const route of Object.values(router.routesById)) void router.loadRouteChunk(route);
}

await startLanguage();
follow(queries);
takeLinks();
setTimeout(loadPages, PAGES_MS);
createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
