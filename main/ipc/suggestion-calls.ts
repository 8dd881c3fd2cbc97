import type { Handlers } from '../shell/dispatch.ts';
import type { Services } from './services.ts';

type Calls = Pick<Handlers, 'makeSuggestedRule' | 'silenceSuggestion'>;

export function suggestionCalls({ suggester }: Pick<Services, 'suggester'>): Calls {
  return {
    makeSuggestedRule: ({ key }) => suggester.make(key),
    silenceSuggestion: ({ key }) => suggester.silence(key),
  };
}
