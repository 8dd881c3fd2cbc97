import { Button, DrawerBody, DrawerHeader, DrawerHeaderTitle, OverlayDrawer } from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { useCallback, useState, type ReactNode } from 'react';
import type { Connection, Rules, Snapshot, Tool, ToolRule } from '../../preload/contract.ts';
import { ask, useBridge } from '../app/bridge.ts';
import { useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { useLoaded } from '../app/use-loaded.ts';
import { useReturnFocus } from '../look/use-return-focus.ts';
import { Busy, ErrorNote } from '../look/index.ts';
import { ToolRow } from './tool-row.tsx';

const byRules = (snapshot: Snapshot): Rules => snapshot.rules;

export interface ToolsDrawerProps {
  readonly connection: Connection | null;
  readonly onClose: () => void;
}

/** "What could a Claw do here?": every tool as a sentence, with Allow, Ask or Never. */
export function ToolsDrawer({ connection, onClose }: ToolsDrawerProps): ReactNode {
  const text = useText();
  useReturnFocus(connection !== null);
  // Kept while the drawer slides out.
  const [shown, setShown] = useState(connection);
  if (connection !== null && connection !== shown) setShown(connection);
  if (shown === null) return null;
  return (
    <OverlayDrawer position="end" size="medium" open={connection !== null} onOpenChange={(_event, data) => !data.open && onClose()}>
      <DrawerHeader>
        <DrawerHeaderTitle heading={{ as: 'h2' }} action={<Button appearance="subtle" aria-label={text('screens.close')} icon={<DismissRegular />} onClick={onClose} />}>
          {text('connectionsScreen.toolsNamed', { name: shown.name })}
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        <ToolList key={shown.id} connection={shown} />
      </DrawerBody>
    </OverlayDrawer>
  );
}

function ToolList({ connection }: { readonly connection: Connection }): ReactNode {
  const text = useText();
  const bridge = useBridge();
  const { run: setRule, problem: ruleProblem } = useCall('setToolRule');
  const { id } = connection;
  const read = useCallback(() => ask(bridge, 'listTools', { connection: id }), [bridge, id]);
  // Asked again when rules change, here or elsewhere: what is shown is what main decides.
  const { value: tools, problem: listProblem, again } = useLoaded(read, byRules);
  const choose = async (tool: Tool, rule: ToolRule | null): Promise<void> => {
    if ((await setRule({ connection: id, tool: tool.name, rule })) !== null) again();
  };
  const looks = tools?.filter(({ effect }) => effect === 'read') ?? [];
  const acts = tools?.filter(({ effect }) => effect !== 'read') ?? [];
  return (
    <div className="cs-stack cs-tools">
      <p className="cs-muted">{text('connectionsScreen.tools.subtitle')}</p>
      <ErrorNote problem={listProblem ?? ruleProblem} />
      {tools === null && listProblem === null && <Busy label={text('connectionsScreen.tools.loading')} />}
      {tools?.length === 0 && <p>{text('connectionsScreen.tools.empty')}</p>}
      <ToolGroup title={text('connectionsScreen.tools.group.act')} tools={acts} onChoose={choose} />
      <ToolGroup title={text('connectionsScreen.tools.group.read')} tools={looks} onChoose={choose} />
    </div>
  );
}

interface ToolGroupProps {
  readonly title: string;
  readonly tools: readonly Tool[];
  readonly onChoose: (tool: Tool, rule: ToolRule | null) => Promise<void>;
}

function ToolGroup({ title, tools, onChoose }: ToolGroupProps): ReactNode {
  if (tools.length === 0) return null;
  return (
    <section>
      <h3 className="cs-section-title">{title}</h3>
      <ul className="cs-tool-list">
        {tools.map((tool) => (
          <ToolRow key={tool.name} tool={tool} onChoose={(rule) => void onChoose(tool, rule)} />
        ))}
      </ul>
    </section>
  );
}
