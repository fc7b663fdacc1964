import { Empty } from '../parts/small.tsx';
import { useRoute } from '../state/route.ts';
import { ActorList } from './actor-list.tsx';
import { Explained } from './explained.tsx';

export function ExplainView() {
  const { selection } = useRoute();
  const id =
    selection?.kind === 'load-balancer' || selection?.kind === 'device' ? selection.id : null;
  return (
    <div className="split">
      <ActorList kinds={['load-balancer']} />
      <div className="explain-main">
        {id === null ? (
          <Empty title="Which load balancer?">
            Choose one in the list, or search with /. Why it is where it is will be told here.
          </Empty>
        ) : (
          <Explained id={id} />
        )}
      </div>
    </div>
  );
}
