import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const from = (path: string): string => resolve(import.meta.dirname, path);

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: 'node24',
      externalizeDeps: {
        // The preview's browser driver is used from a clone alone, so it is no dependency of the installed app.
        include: ['playwright-core'],
        // Each run loads these anew: one file takes half the time of a hundred. The library has a zod of its own version.
        exclude: ['@anthropic-ai/sandbox-runtime', 'zod'],
      },
      rollupOptions: {
        input: {
          index: from('main/index.ts'),
          countersign: from('main/cli/countersign.ts'),
          'sandbox-helper': from('main/sandbox/helper/index.ts'),
          'activity-worker': from('main/activity/worker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rollupOptions: { input: from('preload/index.ts'), output: { format: 'cjs', entryFileNames: 'index.cjs' } },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [react()],
    build: {
      outDir: 'out/renderer',
      modulePreload: false,
      rollupOptions: { input: { main: from('renderer/index.html'), approval: from('renderer/approval.html') } },
    },
  },
});
