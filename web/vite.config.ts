import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// Served below /lbadmin/ with a Content-Security-Policy that has no data: fonts and nothing inline.
export default defineConfig({
  base: '/lbadmin/',
  plugins: [react()],
  build: { outDir: 'dist', assetsInlineLimit: 0, target: 'es2022', chunkSizeWarningLimit: 700 },
  test: { include: ['tests/**/*.test.ts'] },
});
