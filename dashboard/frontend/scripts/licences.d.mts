import type { Plugin } from "vite";

export function licences(): Plugin;
export function packagesOf(
  modules: string[],
): { name: string; version: string; licence: string; texts: string[] }[];
