import { describe, expect, test } from 'vitest';
import { isForBrowser } from '../../main/shell/external-address.ts';

describe('an address for the browser', () => {
  test.for(['https://login.example/authorize?a=b', 'http://127.0.0.1:8080/authorize', 'http://localhost/authorize', 'http://[::1]:1/'])('%s is one', (address) => {
    expect(isForBrowser(new URL(address))).toBe(true);
  });

  test.for([
    'http://login.example/', 'http://10.0.0.1/', 'http://127.0.0.1.example/', 'file:///etc/passwd', 'data:text/html,x', 'javascript:alert(1)', 'vscode://x', 'mailto:a@b.example',
    'https://user@login.example/', 'https://:pass@login.example/', `https://login.example/${'x'.repeat(8000)}`,
  ])('%s is none', (address) => {
    expect(isForBrowser(new URL(address))).toBe(false);
  });
});
