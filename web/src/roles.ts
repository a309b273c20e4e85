// Names of roles where an answer gives only the id.
import { lang } from "./state";

const NAMES: Record<string, [string, string]> = {
  leak_source: ["leak source", "泄露源头"], data_broker: ["data broker", "料商"], account_merchant: ["account merchant", "号商"],
  sim_supplier: ["SIM supplier", "卡源"], sms_activation: ["SMS activation", "接码"], ring_member: ["ring member", "团伙成员"], scam_caller: ["scam caller", "诈骗号码"],
  mule_account: ["mule account", "跑分账户"], middleman: ["middleman", "中间人"], card_merchant: ["card merchant", "卡商"], farmed_account: ["farmed account", "养号"], breach: ["breach", "违规"],
};
export const roleName = (role: string): string => NAMES[role]?.[lang.value === "zh" ? 1 : 0] ?? role;
