"""What the `redress` command says to people, in Chinese and English: by `--lang`, else by the terminal's locale."""

import os
from collections.abc import Callable, Mapping

from models.common.vocabulary import Locale

_chosen: list[Locale] = []


def choose(locale: Locale | None) -> None:
    """Speak this language from now on; None: the terminal's."""
    _chosen[:] = [locale] if locale else []


def language() -> Locale:
    """The chosen language, else that of LC_ALL, LC_MESSAGES or LANG."""
    if _chosen:
        return _chosen[0]
    of_terminal = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return Locale.ZH if of_terminal.lower().startswith("zh") else Locale.EN


def in_language(zh: str, en: str, /, **values: object) -> str:
    """One of the two, in the language of the terminal."""
    return (zh if language() is Locale.ZH else en).format(**values)


def saying(sentences: Mapping[str, tuple[str, str]]) -> Callable[..., str]:
    """A function that says one of a command's sentences, by its name, with its values, in the language of the terminal."""

    def say(sentence: str, /, **values: object) -> str:
        return in_language(*sentences[sentence], **values)

    return say


SENTENCES: dict[str, tuple[str, str]] = {
    # up
    "running_already": (
        "{folder} 里的 Redress 已在运行（进程 {pid}）：{address}。要另开一套，请设置 REDRESS_DATA_DIR 和各端口。",
        "Redress is running already on {folder} (process {pid}): {address}. For a second one set REDRESS_DATA_DIR and the ports.",
    ),
    "port_taken": (
        "端口 {port} 已被占用，{part}无法启动。请停止占用它的程序，或设置 {setting} 为其他端口。",
        "Port {port} is taken, so {part} cannot listen. Stop the program that has it, or set {setting} to another port.",
    ),
    "port_twice": (
        "{setting} 和 {other} 都是 {port}；每个服务需要自己的端口。",
        "{setting} and {other} are both {port}; each needs a port of its own.",
    ),
    "sign_in": (
        "打开网页控制台（每个链接仅可使用一次；`redress sign-in --as agent:alice` 可再获取）",
        "Open the console (each link works once; `redress sign-in --as agent:alice` makes another)",
    ),
    "sign_in_once": ("该链接在 {minutes} 分钟内有效，仅可使用一次。", "It works once, within {minutes} minutes."),
    "sign_in_by_provider": (
        "登录由身份提供方负责（REDRESS_JWKS_URL），不使用登录链接。",
        "An identity provider signs people in (REDRESS_JWKS_URL); there are no links.",
    ),
    "starting": ("正在启动 Redress（数据：{folder}）…", "Starting Redress (data: {folder}) …"),
    "ready": ("{part}已就绪 {address}", "{part} is ready {address}"),
    "died": (
        "{part}已退出（{how}）；{seconds:.1f} 秒后重新启动。",
        "{part} ended ({how}); starting it again in {seconds:.1f} s.",
    ),
    "not_ready": (
        "{part}已重新启动，但尚未就绪；原因见 {where}。",
        "{part} was started again and is not ready yet; {where} says why.",
    ),
    "migrated": (
        "程序已更新，数据库已迁移（{what}）。请停止并重新启动 redress up，让各部分都运行新程序。",
        "The program has changed and the database was migrated ({what}). Stop and start `redress up`, so that all of it runs the new one.",
    ),
    "back": ("{part}已恢复运行。", "{part} is back."),
    "never_ready": (
        "{part}未能启动。日志 {log} 的最后几行：\n{tail}",
        "{part} did not start. The last lines of its log {log}:\n{tail}",
    ),
    "stopping": ("正在停止…", "Stopping …"),
    "stopped": ("已停止。下次启动时，所有工单都会继续。", "Stopped. Every case goes on at the next start."),
    "database_failed": ("数据库迁移失败：{why}", "The database could not be migrated: {why}"),
    "temporal_missing": (
        "找不到 Temporal 程序（{why}）。请设置 REDRESS_TEMPORAL_PROGRAM 为它的路径，或 REDRESS_TEMPORAL_ADDRESS 为已有集群的地址。",
        "There is no Temporal program ({why}). Set REDRESS_TEMPORAL_PROGRAM to its path, or REDRESS_TEMPORAL_ADDRESS to a cluster.",
    ),
    "where": ("打开", "Open"),
    "docs": ("API 文档", "API, with examples"),
    "temporal_ui": ("Temporal 界面（每个工单一个工作流）", "Temporal Web UI (each case is a workflow)"),
    "catalogue": ("沙箱订单目录", "Sandbox orders"),
    "tokens": ("各角色的令牌（12 小时有效），可直接粘贴到终端", "A token per role, good for 12 hours; paste into a terminal"),
    "first_case": ("第一个工单，然后查看", "The first case, and then a look at it"),
    "stop_hint": ("按 Ctrl-C 停止全部。日志：{logs}", "Ctrl-C stops everything. Logs: {logs}"),
    "part.temporal": ("Temporal 服务", "The Temporal server"),
    "part.sandbox": ("沙箱合作方", "The sandbox"),
    "part.worker": ("工作进程", "The worker"),
    "part.api": ("API ", "The API"),
    "part.worker_again": ("工作进程 {number} ", "Worker {number}"),
    "part.api_again": ("API {number} ", "API {number}"),
    "part.ui": ("Temporal 界面", "the Temporal Web UI"),
    # talking to the API
    "api_unreachable": (
        "{address} 没有响应。请先启动 Redress：make run（其他地址请用 --api 或 REDRESS_API_URL）。",
        "Nothing answers at {address}. Start Redress first: make run (for another address: --api or REDRESS_API_URL).",
    ),
    "try_next": ("现在可以：{allowed}", "Possible now: {allowed}"),
    "let_in": ("已将 {who}（{role}）加入人员名单。", "{who} is among the people now, as {role}."),
    "not_let_in": (
        "未能查看人员名单（{why}）。仅当 {who} 在名单中为 {role} 时，令牌才有效。",
        "The table of people could not be looked at ({why}). The token counts once {who} is {role} there.",
    ),
    "other_role": (
        "{who} 在人员名单中是 {known}，{role} 令牌对其无效。要更改角色：redress people add {who} --role {role}",
        "Among the people {who} is {known}: a token of the role {role} does not count. To change that: redress people add {who} --role {role}",
    ),
    "entered": ("{who}：{role}，团队：{teams}", "{who}: {role}, teams: {teams}"),
    "taken_out": ("{who}（{role}）已移出人员名单；其工单将转交他人", "{who} ({role}) is out; their cases go to others"),
    "nobody_of_that_id": ("人员名单中没有 {who}", "{who} is not among the people"),
    "only_supervisor": (
        "{who} 是唯一的主管，移除后将无人能管理人员名单。请先添加另一位主管：redress people add ID --role supervisor",
        "{who} is the only supervisor: nobody could let people in any more. Add another one first: redress people add ID --role supervisor",
    ),
    "bad_person": ("编号、团队或姓名不可用：{why}", "This cannot be an id, a team or a name: {why}"),
    "revoked": ("已吊销：{name}", "Revoked: {name}"),
    "bad_role": ("--role 可为：{roles}", "--role is one of: {roles}"),
    "contacts_of_customers": (
        "--email 和 --phone 仅用于 --role customer：只有顾客的联系方式会因此视为已确认",
        "--email and --phone go with --role customer: only customers' addresses are confirmed by a token",
    ),
    "bad_subject": ("--subject 或 --team 不能用作编号：{why}", "--subject or --team cannot be an id: {why}"),
    "bad_actor": (
        "--as 的写法是 角色:编号，例如 agent:alice；角色为 {roles}",
        "--as is ROLE:ID, as in agent:alice; roles are {roles}",
    ),
    "bad_line": ("--line 的写法是 行号 或 行号:数量，例如 L1:2", "--line is LINE or LINE:QUANTITY, as in L1:2"),
    "bad_amount": (
        "金额须大于零，{currency} 最多 {places} 位小数，例如 {example}",
        "an amount is a number above zero; {currency} has {places} decimals at most, as in {example}",
    ),
    "bad_file": ("无法读取 {file}：{why}", "{file} cannot be read: {why}"),
    "needs_words": (
        "请用 --description 写明情况，或用 --file 提供整份内容",
        "Say what happened with --description, or give all of it with --file",
    ),
    "opened": ("已受理：{case}", "Opened: {case}"),
    "joined": ("同一问题已有工单，内容已并入：{case}", "The same request is open already; these words joined it: {case}"),
    "look_next": (
        "查看：redress show {case}；跟踪：redress watch {case}",
        "Look: redress show {case}; follow: redress watch {case}",
    ),
    "reconnecting": ("连接中断，正在重连…", "The connection was lost; connecting again …"),
    "case_closed": ("工单已结束。", "The case is closed."),
    # show
    "stage": ("阶段", "Stage"),
    "issue": ("问题", "Issue"),
    "priority": ("优先级", "Priority"),
    "order": ("订单", "Order"),
    "customer": ("顾客", "Customer"),
    "team": ("处理", "Handled by"),
    "waiting": ("等待", "Waiting on"),
    "provisional": ("（该年度节假日尚未公布，可能变动）", " (may move: the days off of that year are not announced)"),
    "until": ("至 {until}；届时：{then}", "until {until}; then: {then}"),
    "finding": ("责任", "Responsible"),
    "proposal": ("方案", "Proposal"),
    "remedies": ("补救", "Remedies"),
    "outcome": ("结果", "Outcome"),
    "actions": ("现在可以", "Possible now"),
    "timeline": ("经过", "What happened"),
    # import
    "importing": ("导入", "Importing"),
    "resumed": ("上次已导入 {count} 行，从断点继续。", "{count} rows were opened by an earlier run; going on from there."),
    "imported": (
        "{rows} 行：新开 {opened}，并入已有工单 {joined}，之前已导入 {earlier}，未受理 {refused}。",
        "{rows} rows: {opened} opened, {joined} joined open cases, {earlier} opened earlier, {refused} refused.",
    ),
    "refused_in": ("未受理的行及原因：{file}", "The refused rows, with reasons: {file}"),
    "import_stopped": (
        "{why} 已开的工单不会重复：再次执行同一命令即可继续。",
        "{why} Nothing is opened twice: run the same command again to go on.",
    ),
    "no_rows": ("{file} 里没有可导入的行。", "There are no rows in {file}."),
    "no_words_column": (
        "{file} 需要客户描述一列：description、text 或 描述；现有列：{columns}",
        "{file} needs a column with the customer's words, description or text; it has: {columns}",
    ),
    "reading": ("{file}：{rows} 行，{form}。各列用途：", "{file}: {rows} rows, {form}. What each column is:"),
    "form_csv": ("{encoding}，以{mark}分隔", "{encoding}, separated by {mark}"),
    "form_lines": ("{encoding}，每行一个 JSON", "{encoding}, JSON lines"),
    "form_excel": ("Excel 工作表“{sheet}”", "Excel, sheet {sheet}"),
    "commas": ("逗号", "commas"),
    "semicolons": ("分号", "semicolons"),
    "tabs": ("制表符", "tabs"),
    "not_used": ("不使用", "not used"),
    "unreadable": (
        "{count} 行无法读取，不会开立工单；第一个原因：{first}",
        "{count} rows cannot be read and open nothing. The first: {first}",
    ),
    "only_checked": (
        "仅检查，未开立任何工单。去掉 --check 即可导入。",
        "Only checked: nothing was opened. Without --check the cases are opened.",
    ),
    "old_excel": (
        "这是旧版 Excel 文件（.xls）或设有密码；请在 Excel 中取消密码并另存为 .xlsx",
        "it is an Excel file of before 2007 (.xls), or has a password; save it as .xlsx without one",
    ),
    "no_encoding": (
        "编码不是 UTF-8、UTF-16 或 GB18030；请用 --encoding 指明，或另存为 UTF-8",
        "it is neither UTF-8 nor UTF-16 nor GB18030; name its encoding with --encoding, or save it as UTF-8",
    ),
    "same_column": (
        "{file} 的这些列含义相同：{columns}。请用 --ignore {one} 去掉一列",
        "these columns of {file} are the same one: {columns}. Leave one out with --ignore {one}",
    ),
    "too_many_values": ("值比列多", "more values than columns"),
    "digits_lost": (
        "Excel 只保留数字的前 {digits} 位，{number} 的其余数字已丢失；请把该列设为文本后重新填写",
        "Excel keeps {digits} digits of a number, and the others of {number} are lost; format the column as text and enter it again",
    ),
    "row_unreadable": ("第 {row} 行无法读取：{why}", "row {row} cannot be read: {why}"),
    "see_every_remedy": (
        "或者看各个角色演示每一种处理方式：.venv/bin/redress demo",
        "Or see people of every role play a case of every remedy: .venv/bin/redress demo",
    ),
    # demo
    "case": ("工单", "Case"),
    "story": ("故事", "Story"),
    "last_move": ("上一步", "Last move"),
    "no_sandbox": (
        "{address} 没有沙箱。演示需要沙箱的订单：请先执行 make run，或用 --sandbox 指定地址。",
        "There is no sandbox at {address}. The demo plays with its orders: make run first, or name it with --sandbox.",
    ),
    "no_order": (
        "沙箱里没有未用过的 {state} 订单（商家：{merchant}）。停止 Redress，删除数据目录中的 sandbox 文件夹后再启动，即有新订单。",
        "Every {state} order of the sandbox (merchant: {merchant}) has had a case. Stop Redress, delete the folder sandbox of its data.",
    ),
    "demo_figures": (
        "无需人工办结：{alone}。已到账退款：{amounts}。",
        "Resolved without a person: {alone}. Refunds that arrived: {amounts}.",
    ),
    "demo_trouble": ("未按预期结束：{case}（{story}）{why}", "Did not end as meant: {case} ({story}) {why}"),
    "unknown_ui": ("（设置 REDRESS_TEMPORAL_UI 后显示）", "(where REDRESS_TEMPORAL_UI says)"),
    "demo_look": (
        "查看：Temporal 界面 {ui}；API {docs}；redress show {case}",
        "Look: Temporal Web UI {ui}; API {docs}; redress show {case}",
    ),
}

say = saying(SENTENCES)
"""What all commands share."""
