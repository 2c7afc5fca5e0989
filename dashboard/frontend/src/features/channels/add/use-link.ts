import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";

/**
 * The link that Novapi was opened with, for as long as the dialog is open; "" without one. It may hold a key: once
 * read, it is in the address and the history no more.
 */
export function useLink(): string {
  const { paste = "", add = false } = useSearch({ from: "/channels" });
  const navigate = useNavigate({ from: "/channels" });
  const [link, setLink] = useState(paste);
  useEffect(() => {
    if (!paste) return;
    setLink(paste);
    void navigate({ search: (before) => ({ ...before, paste: undefined }), replace: true });
  }, [paste, navigate]);
  useEffect(() => {
    if (!add) setLink("");
  }, [add]);
  return link;
}
