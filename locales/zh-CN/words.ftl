reason-unknown = 原因代码 { $code }，本版本不认识
reason-exit-code = 退出码 { $code }
reason-failed = 脚本失败
reason-signal = 被信号 { $signal } 结束
reason-a-signal = 被信号结束
reason-timeout = 超时
reason-could-not-start = 无法启动
reason-stopped = 已停止
reason-interrupted = 中断：它的监管进程或所在机器异常退出，结果未知
reason-not-started = 机器无法创建进程
reason-bad-output = 有输出缺失或不符合规则
reason-forced = 已由人工标记为失败

pending-turn = 等待同一个图的流水线减少
pending-paused = 所属流水线已暂停
pending-slot = 等待空闲的执行槽
pending-slot-pool = 等待空闲的执行槽和资源池 `{ $pool }`
pending-input = 等待输入值
pending-retry = 等待下一次尝试
pending-hold = 已被人工暂缓
pending-failure = 暂缓：有其他任务失败，不再启动新任务
wait-verdict = 流水线还没有最终结果
wait-predecessors = 前置任务尚未完成
wait-held = 已被人工暂缓，且{ $first }
ending-stop = 正在结束
ending-kill = 正在强制结束
ending-fail = 正在结束，因为已由人工标记为失败
said-hold = 已暂缓
said-skip = 将跳过
said-alone = 单独运行
words-detail = { $words }：{ $detail }
words-said-succeeded = { $who } 已说明它成功
words-said-failed = { $who } 已说明它失败
words-again = { $words }；{ $seconds } 秒后重试
words-ignored = { $words }；它的失败视为已完成
words-and = { $first }，{ $second }

trigger-rest = 通过 REST 接口
trigger-form = 通过启动表单
trigger-run = 通过命令 trackyard run
trigger-hook = 通过钩子（webhook）

kind-str = 文本
kind-int = 整数
kind-float = 数字
kind-bool = 是或否
kind-choice = 选项
kind-date = 日期，格式 YYYY-MM-DD
kind-secret = 密钥，不会再次显示
rule-between = { $min } 到 { $max }
rule-min = 不小于 { $min }
rule-max = 不大于 { $max }
rule-lengths = { $min } 到 { $max } 个字符
rule-longer = 至少 { $min } 个字符
rule-shorter = 最多 { $max } 个字符
rule-pattern = 匹配 { $pattern }

handler-success = 流水线成功后
handler-failure = 流水线失败后
handler-stop = 流水线被停止后
handler-exit = 流水线结束时，无论结果如何

field-required = 必填
field-optional = 可选
field-none = 无
field-not-chosen = 尚未选择
field-yes = 是
field-no = 否
field-kept = { $hint }；留空则保持不变
trouble-title = 有 { $wrong } 个字段需要修改
trouble-nothing = 没有启动或更改任何东西
params-input = 输入
params-rule = 类型和规则
params-default = 默认值
params-desc = 说明
params-used = { $rule } · { $count ->
    [0] 没有节点使用
   *[other] { $count } 个节点使用
  }
finding-error = 错误
finding-notice = 提示
badge-checked = 检查通过
badge-problems = 有问题
badge-sealed = 已封存
why-label = 原因：
why-until = 直到
why-until-then = 直到
why-give = 填写
