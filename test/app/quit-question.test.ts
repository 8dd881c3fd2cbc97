import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { actionId } from '../../preload/contract.ts';
import { quitQuestion } from '../../main/quit-question.ts';
import { say } from '../../main/model/say.ts';
import { inEnglish } from '../../main/text/text.ts';

const text = inEnglish;
const held = { action: actionId.parse(randomUUID()), agentName: 'Marketing Claw', summary: say('pairing.summary', { name: 'Marketing Claw' }), heldUntil: 0 };

test('nothing is asked where nothing would be lost', () => {
  expect(quitQuestion([], text)).toBeUndefined();
});

test('what has not been done yet is named, and what quitting means for it', () => {
  expect(quitQuestion([held], text)).toEqual({
    message: 'Something you approved has not been done yet',
    detail:
      'Marketing Claw wants to connect to Countersign.\n\nIf you quit now, it stays held. Open Countersign again within ten minutes and it is done; after that it is given up.',
    stay: 'Keep Countersign open',
    quit: 'Quit',
  });
  expect(quitQuestion([held, held], text)?.message).toBe('2 things you approved have not been done yet');
});
