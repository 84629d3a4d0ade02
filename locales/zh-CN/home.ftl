home-title = 首页

home-success = 成功率
home-none-ended = 暂无
home-one-succeeded = 运行一次，成功
home-one-failed = 运行一次，失败
home-ended = { $ended ->
    [0] 最近 24 小时启动的流水线中，还没有成功或失败的
   *[other] 最近 24 小时启动、且已成功或失败的流水线共 { $ended } 条
}
home-runs = 最近 24 小时启动的流水线
home-none-failed = 其中没有失败
home-failed = 其中 { $failed } 条失败
home-spark = 最近 24 小时每小时启动的流水线数
home-queue = 当前队列
home-driver-silent = 服务器正忙
home-pending = { $pending } 个任务排队
home-slots = { $slots } 个执行槽中有 { $used } 个正在运行脚本

home-running = 正在运行
home-nothing-runs = 当前没有运行中的流水线。
home-all-running = 全部运行中
home-state = 状态
home-pipeline = 流水线
home-progress = 进度
home-elapsed = 已用时
home-ends = 预计结束

home-attention = 需要处理
home-no-attention = 没有需要处理的事：没有脚本等待输入，没有中断，最近 7 天没有失败。
home-wants-value = 等待填写输入
home-wants-answer = 结果未知
home-all-inbox = 待办：全部等待处理的事项，以及最近 7 天的失败
home-all-failed = 全部失败，不限时间

home-year = 最近 53 周每日启动的流水线
home-year-about = 颜色越浓，启动越多；带叉表示其中有失败。点击某一天可查看当天的流水线。
home-year-skip = 跳过日历
home-day = { $day }：启动 { $runs } 条，其中失败 { $failed } 条
home-monday = 周一
home-wednesday = 周三
home-friday = 周五
home-month = { $month }月

home-graphs = 图
home-graph = 图
home-last-runs = 最近 30 次运行
home-succeeded = 成功率（已结束的运行）
home-median = 其通常用时
home-never-ran = 还没有运行过
home-bars-told = 最近 { $count } 次运行：成功 { $succeeded } 次
home-share = { $ended } 次中 { $share }
home-start = 启动
home-edit = 编辑
home-start-it = 启动 { $name }
home-edit-it = 编辑 { $name }
home-all-graphs = 全部图

home-begin = 三步运行第一条流水线
home-begin-about = 图描述要运行哪些脚本、谁等待谁；流水线是图的一次运行。
home-step-make = 创建图：使用示例、自己编写，或在终端里导入文件：
home-step-start = 启动：页面会询问脚本需要的输入。
home-step-watch = 观察：实时查看每个脚本的状态和输出；失败的可以直接重试。
home-make-example = 创建示例图
home-write = 自己编写
