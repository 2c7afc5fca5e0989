import tailwindcss from "@tailwindcss/vite";
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { licences } from "./scripts/licences.mjs";

const gateway = process.env.NOVAPI_URL ?? "http://127.0.0.1:3000";

export default defineConfig(({ command }) => ({
  // Where Novapi serves the files from; `npm run dev` has a server of its own.
  base: command === "build" ? "/static/dashboard/" : "/",
  plugins: [
    tanstackRouter({ target: "react", autoCodeSplitting: true, quoteStyle: "double", semicolons: true }),
    react(),
    tailwindcss(),
    licences(),
  ],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: {
    outDir: "../static/dashboard",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 800,
    // A picture as data: in a script would be loaded by everybody, seen or not.
    assetsInlineLimit: 0,
    // Files cost more than bytes on one's own machine: what the first page needs is one script, and what several of the
    // others share another.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "start", tags: ["$initial"] },
            { name: "shared", minShareCount: 2, maxModuleSize: 20_000 },
          ],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ["/api", "/v1", "/admin", "/static/admin", "/healthz"].map((path) => [
        path,
        // The gateway answers only to pages of its own address.
        { target: gateway, changeOrigin: true, headers: { origin: gateway } },
      ]),
    ),
  },
  test: { environment: "jsdom", globals: false, setupFiles: ["./src/test-setup.ts"] },
}));
