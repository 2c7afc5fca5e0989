/** What apps on this machine call, without /v1: "http://localhost:3000". */
export function useBaseUrl(): string {
  return location.origin;
}
