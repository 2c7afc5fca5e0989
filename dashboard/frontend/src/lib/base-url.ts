import { useStatus } from "@/api/queries";

/** What apps on this machine call, without /v1: "http://localhost:3000". */
export function useBaseUrl(): string {
  const { data } = useStatus();
  return data?.base_url ?? location.origin;
}
