import './app/quiet-zod.ts';
import { MainWindow } from './app/main-window.tsx';
import { startWindow } from './app/start-window.tsx';

startWindow(<MainWindow />);
