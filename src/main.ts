import { startSandbox } from './sandbox/index.js';
import { serve } from './serve.js';

void serve(startSandbox);
