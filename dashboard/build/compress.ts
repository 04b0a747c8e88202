// Lays a brotli and a gzip copy beside each text asset, so that the daemon never compresses at run time.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const COMPRESSIBLE = /\.(html|js|css|svg|json|webmanifest)$/;

export function compress(): Plugin {
  return {
    name: "compress",
    apply: "build",
    async writeBundle(options, bundle) {
      const directory = options.dir ?? "dist";
      let gzipped = 0;
      let brotlied = 0;
      for (const name of Object.keys(bundle).filter((name) => COMPRESSIBLE.test(name))) {
        const path = join(directory, name);
        const content = await readFile(path);
        const gz = gzipSync(content, { level: 9 });
        const br = brotliCompressSync(content, {
          params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
        });
        gzipped += gz.length;
        brotlied += br.length;
        await writeFile(`${path}.gz`, gz);
        await writeFile(`${path}.br`, br);
      }
      const kib = (bytes: number) => (bytes / 1024).toFixed(1);
      this.info(`figure: dashboard ${kib(gzipped)} KiB gzip, ${kib(brotlied)} KiB brotli`);
    },
  };
}
