"""What the ledger's events are called by those who read them."""

from suyuan.model.text import Text
from suyuan.store.ledger import Event

#: Each kind of event that the workbench leaves.
EVENTS: dict[str, Text] = {
    "session.begun": Text("signed in", "登录"),
    "session.refused": Text("sign-in refused", "登录被拒"),
    "session.ended": Text("signed out", "退出"),
    "session.proved": Text("entered the password again", "重新验证身份"),
    "session.sign_on_asked": Text("sent to single sign-on", "前往统一身份认证"),
    "person.identity": Text("identity of the single sign-on changed", "变更统一身份标识"),
    "person.first_asked": Text("asked for the first account", "申请首个账号"),
    "person.enrolled": Text("account created", "账号已登记"),
    "person.changed": Text("account changed", "变更账号"),
    "person.appointed": Text("posts in the case changed", "变更案件岗位"),
    "person.posted": Text("post for an organisation given", "授予单位岗位"),
    "person.post_ended": Text("post for an organisation ended", "终止单位岗位"),
    "person.enrol_asked": Text("asked to enrol somebody", "申请登记人员"),
    "person.invite_asked": Text("asked for an enrolment link", "申请登记链接"),
    "person.invited": Text("enrolment link created", "生成登记链接"),
    "person.joined": Text("set a password through a link", "通过链接设置密码"),
    "person.closed": Text("account closed", "停用账号"),
    "person.closed_ended": Text("account reopened", "恢复账号"),
    "person.admin": Text("made an administrator", "设为管理员"),
    "person.admin_ended": Text("administrator removed", "取消管理员"),
    "person.sessions_end_asked": Text("asked to end sessions", "申请结束会话"),
    "person.sessions_ended": Text("sessions ended", "会话已结束"),
    "search.asked": Text("searched", "查找"),
    "why.asked": Text("asked why it is not shown", "查询未显示原因"),
    "decision.asked": Text("asked to decide", "提交决定"),
    "decision.confirm": Text("confirmed", "确认"),
    "decision.reject": Text("rejected", "排除"),
    "decision.undo": Text("withdrew a decision", "撤回决定"),
    "decision.merge": Text("merged reports", "合并报案"),
    "decision.split": Text("split reports", "拆分报案"),
    "lead.next_asked": Text("asked for the next lead", "领取下一条线索"),
    "lead.taken": Text("lead taken", "线索已领取"),
    "news.seen": Text("viewed the changes", "查看变化"),
    "thing.asked": Text("asked to save", "提交保存"),
    "thing.kept": Text("kept", "已保存"),
    "reveal.wished": Text("asked to unmask", "申请查看明文"),
    "reveal.asked": Text("asked to unmask this subject", "申请查看该对象明文"),
    "reveal.answer_asked": Text("answered an unmasking request", "答复明文申请"),
    "reveal.granted": Text("unmasking granted", "批准查看明文"),
    "reveal.refused": Text("unmasking refused", "拒绝查看明文"),
    "reveal.used": Text("viewed unmasked", "查看明文"),
    "reveal.end_asked": Text("asked to end unmasking", "申请结束查看明文"),
    "reveal.ended": Text("unmasking ended", "明文查看已结束"),
    "run.asked": Text("started a run", "启动分析"),
    "run.stop_asked": Text("stopped the run", "停止分析"),
    "dossier.asked": Text("generated a dossier", "生成卷宗"),
    "dossier.taken": Text("downloaded a file of the dossier", "下载卷宗"),
    "file.brought": Text("uploaded a file", "上传材料"),
    "file.waits": Text("file quarantined", "材料已隔离存放"),
    "file.read_asked": Text("had a file read", "读取材料"),
    "file.accept_asked": Text("asked to accept a file", "申请纳入材料"),
    "file.accepted": Text("file accepted into the case", "材料已纳入案件"),
    "file.drop_asked": Text("asked to send a file back", "申请退回材料"),
    "file.dropped": Text("file sent back", "材料已退回"),
    "duties.drawn": Text("drafted duties", "生成义务草案"),
    "duties.confirm_asked": Text("asked to confirm drafts", "提交确认草案"),
    "duties.confirmed": Text("drafts confirmed", "草案已确认"),
    "duties.drop_asked": Text("dismissed a draft", "草案不办"),
    "matter.act_asked": Text("asked to act on a matter", "提交事项办理"),
    "matter.acted": Text("acted on a matter", "事项已办理"),
    "matter.approval_asked": Text("asked to approve", "提交批准"),
    "matter.approved": Text("approved", "已批准"),
    "matter.shown": Text("viewed whom a matter is about", "查看事项对象"),
    "ledger.read": Text("read the ledger", "查阅留痕"),
}
#: What is kept in versions.
_THINGS: dict[str, Text] = {
    "freeze": Text("state of a freeze", "止付状态"),
    "statement": Text("state of a statement", "调取状态"),
    "warn": Text("result of a call", "预警通话结果"),
    "note": Text("note", "备注"),
    "board": Text("board", "图板"),
    "lead": Text("person in charge of a lead", "线索负责人"),
}


def event_title(event: Event) -> Text:
    """What happened, in words; where it was something that is kept, what it was."""
    title = EVENTS.get(event.kind, Text(event.kind, event.kind))
    thing = _THINGS.get(str(event.body.get("thing", "")))
    return Text(f"{title.en}: {thing.en}", f"{title.zh}:{thing.zh}") if thing else title
