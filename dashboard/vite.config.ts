import { defineConfig } from "vitest/config";
import { compress } from "./build/compress.ts";

// In development the API comes from the mock (`npm run mock`) or from a daemon.
const api = process.env["API"] ?? "http://127.0.0.1:8480";

export default defineConfig({
  plugins: [compress()],
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
  server: { proxy: { "/api": api } },
  // Vitest takes the name BASE_URL for itself
  test: { env: process.env["BASE_URL"] ? { DAEMON_URL: process.env["BASE_URL"] } : {}, environment: "node", testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false },
});
