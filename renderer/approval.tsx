import './app/quiet-zod.ts';
import { startWindow } from './app/start-window.tsx';
import { ApprovalWindow } from './card/approval-window.tsx';

startWindow(<ApprovalWindow />);
