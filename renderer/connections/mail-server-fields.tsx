import { Field, Select } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { useText } from '../app/intl.tsx';
import { TextField } from '../look/text-field.tsx';
import { withSecurity, type ServerDraft } from './email-form.ts';

const securities = ['tls', 'starttls'] as const;

export interface MailServerFieldsProps {
  readonly which: 'imap' | 'smtp';
  readonly server: ServerDraft;
  /** Paths of the fields that are wrong: "imap.port". */
  readonly wrong: readonly string[];
  readonly onChange: (server: ServerDraft) => void;
}

/** Where mail comes in or goes out: server, port and encryption, on one line where there is room. */
export function MailServerFields({ which, server, wrong, onChange }: MailServerFieldsProps): ReactNode {
  const text = useText();
  const problemOf = (field: 'host' | 'port'): string | undefined => (wrong.includes(`${which}.${field}`) ? text(`connectionsScreen.form.wrong.${field}`) : undefined);
  return (
    <fieldset className="cs-server">
      <legend>{text(`connectionsScreen.form.email.${which}`)}</legend>
      <div className="cs-server-host">
        <TextField label={text('connectionsScreen.form.host')} value={server.host} wrong={problemOf('host')} onChange={(host) => onChange({ ...server, host })} />
      </div>
      <div className="cs-server-port">
        <TextField label={text('connectionsScreen.form.port')} inputMode="numeric" value={server.port} wrong={problemOf('port')} onChange={(port) => onChange({ ...server, port })} />
      </div>
      <div className="cs-server-security">
        <Field label={text('connectionsScreen.form.security')}>
          <Select
            value={server.security}
            onChange={(_event, data) => {
              const security = securities.find((one) => one === data.value);
              if (security !== undefined) onChange(withSecurity(server, which, security));
            }}
          >
            {securities.map((security) => (
              <option key={security} value={security}>
                {text(`connectionsScreen.form.security.${security}`)}
              </option>
            ))}
          </Select>
        </Field>
      </div>
    </fieldset>
  );
}
