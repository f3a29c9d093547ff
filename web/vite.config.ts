import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

import { slim } from './slim';

// nginx hands these out as they are (gzip_static): once at the best level, in place of each time at the quickest.
function compressed(): Plugin {
  return {
    name: 'evenkeel-gzip',
    apply: 'build',
    writeBundle({ dir }) {
      for (const file of readdirSync(dir!, { recursive: true, encoding: 'utf8' })) {
        if (/\.(js|css|svg|html)$/.test(file)) writeFileSync(path.join(dir!, `${file}.gz`), gzipSync(readFileSync(path.join(dir!, file)), { level: 9 }));
      }
    },
  };
}

// Served below /lbadmin/ with a Content-Security-Policy that has no data: fonts and nothing inline.
export default defineConfig({
  base: '/lbadmin/',
  plugins: [react(), compressed()],
  css: { postcss: { plugins: [slim()] } },
  build: { outDir: 'dist', assetsInlineLimit: 0, target: 'es2022', chunkSizeWarningLimit: 700 },
  test: { include: ['tests/**/*.test.ts'] },
});
