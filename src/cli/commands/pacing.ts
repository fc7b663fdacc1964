import { Argument, Command } from 'commander';
import { ApiClient, type Pacing } from '../../client/api-client.ts';
import { age, table } from '../../client/table.ts';
import { apiOption } from './api-option.ts';

function wordsOf({ commands_in_flight_max: most, agents }: Pacing): string {
  const limit = `Of this controller, ${most} commands are under way to one agent at most.`;
  if (agents.length === 0) return `Nothing is under way to any agent. ${limit}`;
  const rows = agents.map((each) => [
    each.agent,
    String(each.in_flight),
    String(each.waiting),
    String(each.takeovers_waiting),
    each.waiting === 0 ? '' : age(each.waits_ms),
  ]);
  const header = ['AGENT', 'UNDER WAY', 'WAITING', 'TAKEOVERS', 'FOR'];
  const waits = agents.some(({ waiting }) => waiting > 0);
  const hint = 'What waits is sent as others end. To send all of it now: holdfast pacing release';
  return [table(header, rows), limit, ...(waits ? [hint] : [])].join('\n');
}

export const pacingCommand = new Command('pacing')
  .description('show how many commands are under way to agents, and how many wait for their turn')
  .addArgument(
    new Argument(
      '[order]',
      'sends what waits now, because you know that the agent can take it',
    ).choices(['release']),
  )
  .argument('[agent]', 'to this agent only')
  .addOption(apiOption())
  .option('--json', 'print JSON')
  .action(
    async (
      order: string | undefined,
      agent: string | undefined,
      options: { api: string; json?: true },
    ) => {
      const client = new ApiClient(options.api);
      if (order === undefined) {
        const pacing = await client.pacing();
        console.log(options.json === true ? JSON.stringify(pacing) : wordsOf(pacing));
        return;
      }
      await client.releasePacing(agent ?? null);
      console.log(
        `What waited for its turn${agent === undefined ? '' : ` at ${agent}`} is sent now.`,
      );
    },
  );
