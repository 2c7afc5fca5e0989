import { useNavigate } from "@tanstack/react-router";
import type { ModelsSearch } from "@/routes/models";

/** Changes the URL's search. What is typed letter by letter makes no steps back: `isTyped`. */
export function useChange(): (change: Partial<ModelsSearch>, isTyped?: boolean) => void {
  const navigate = useNavigate({ from: "/models" });
  return (change, isTyped = false) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: isTyped, resetScroll: false });
}
