import { Duration } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";

export interface AlarmProps {
  readonly metric: IMetric;
  /** The alarm rings when the metric is above this… */
  readonly above: number;
  /** …for so many of its periods in a row; once is enough unless said. */
  readonly periods?: number;
  /** What has happened, for the person woken by it. `docs/operations.md` says what to do. */
  readonly means: string;
  readonly tells: ITopic;
}

export const FIVE_MINUTES = Duration.minutes(5);

/** An alarm that tells the stage's topic when it rings and when it is over. No data is no alarm: idle is well. */
export function addAlarm(scope: Construct, id: string, props: AlarmProps): Alarm {
  const alarm = new Alarm(scope, id, {
    metric: props.metric,
    threshold: props.above,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: props.periods ?? 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription: props.means,
  });
  alarm.addAlarmAction(new SnsAction(props.tells));
  alarm.addOkAction(new SnsAction(props.tells));
  return alarm;
}
